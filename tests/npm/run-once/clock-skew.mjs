/** Preloaded: this process's calendar is off by RUN_ONCE_SKEW milliseconds, and runs at its own pace. */
const [offset, pace] = (process.env.RUN_ONCE_SKEW ?? "0,1").split(",").map(Number);
const { now } = Date;
const start = now();
const RealDate = Date;
const skewed = () => Math.round(start + offset + (now() - start) * pace);

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(skewed());
    else super(...args);
  }

  static now() {
    return skewed();
  }
};
