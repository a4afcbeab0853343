/** What is wrong with slices from elsewhere. */

/** The packets cannot be used, and what follows them neither; the message says why, for people. */
export class BadPacket extends Error {
  override name = "BadPacket";
}
