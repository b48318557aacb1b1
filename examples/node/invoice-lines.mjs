/** Invoice lines as a billing system would hand them over: a few lines to each invoice. */
export function invoiceLines(count) {
  const LINES_PER_INVOICE = 5;
  const SKUS = ["seat-pro", "seat-basic", "storage-100gb", "support-gold", "überweisung-€", "追加-ライセンス"];
  return Array.from({ length: count }, (_, index) => ({
    invoice: `inv_2026-10_${String(Math.floor(index / LINES_PER_INVOICE)).padStart(5, "0")}`,
    sku: SKUS[index % SKUS.length],
    cents: 900 + ((index * 7919) % 50_000),
  }));
}
