/** What is wrong with a picture from elsewhere. */

/** The picture cannot be used; the message says why, for the person who sent it. */
export class BadImage extends Error {
  override name = "BadImage";
}
