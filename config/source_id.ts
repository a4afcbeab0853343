/** What ids of sources look like, in URLs, on command lines and as names of files. */
export const SOURCE_ID = /^[a-z0-9][a-z0-9_-]{0,31}$/;
