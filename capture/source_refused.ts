/** Why nothing can be pushed to a source. */

/**
 * `id`: no valid one. `captured`: the server captures this source itself. `full`: there are as many sources as there
 * may be. `pixels`: all together would have too many.
 */
export type Refused = "id" | "captured" | "full" | "pixels";

/** Thrown by `SourceSet`; the message is for the person who pushes. */
export class SourceRefused extends Error {
  override name = "SourceRefused";
  readonly reason: Refused;

  constructor(reason: Refused, message: string) {
    super(message);
    this.reason = reason;
  }
}
