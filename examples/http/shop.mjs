/** What both servers share. */

const ACCOUNTS = new Map([["Bearer demo", "acct_demo"]]);

/** Whose key it is; null: nobody's, and the answer is 401. */
export const callerOf = (request) => ACCOUNTS.get(request.headers.get("authorization")) ?? null;

/** Long enough to kill a client meanwhile. */
export const pause = () => new Promise((resolve) => setTimeout(resolve, 700));

/** Payments in memory, for a server that is one process. */
export function memoryPayments() {
  const all = [];
  return {
    async add(order, amount) {
      const payment = { id: `pay_${all.length + 1}`, order, amount };
      all.push(payment);
      return payment;
    },
    of: async (order) => all.filter((payment) => payment.order === order),
  };
}
