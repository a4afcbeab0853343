/** What the person watching is told when the usual way does not work: why, and what could be done about it. */

export const BUFFERED_NOTE =
  "Nothing came through the stream within 5 s (a proxy may be holding it back): using Server-Sent Events instead";
export const CHOKED_NOTE =
  "The stream goes silent again and again (a proxy may be collecting it): using Server-Sent Events instead";
export const BLOCKED_NOTE =
  "The server answers, but neither its stream nor its events come through: something in between holds " +
  "responses back until they end. Response buffering has to be off there for stream and events " +
  "(nginx: proxy_buffering off). Trying again and again";
