/** The anchor that GitHub gives a heading; the second one of the same text gets `-1`, which we don't use. */
export function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}
