import type { Refusal } from "./worker_protocol.ts";

/** A change that does not fit the source; nothing was changed. */
export class SettingRefused extends RangeError {
  override name = "SettingRefused";
  readonly field: string;
  readonly value: unknown;
  /** The allowed range, in words. */
  readonly allowed: string;

  constructor({ field, value, allowed }: Refusal) {
    super(`Cannot set ${field}: got ${JSON.stringify(value)}, wanted ${allowed}`);
    this.field = field;
    this.value = value;
    this.allowed = allowed;
  }
}
