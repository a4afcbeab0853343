/** A server with one source. */
import type { SourceLookup, Watched } from "../../routes/source_of.ts";

/** @param onCount hears of each change of the number of viewers */
export function onlySource<E>(
  engine: E,
  onCount: (count: number) => void = () => {},
): SourceLookup<Watched<E>> {
  let count = 0;
  const only = {
    id: "screen",
    engine,
    enter() {
      onCount(++count);
      let here = true;
      return () => {
        if (here) onCount(--count);
        here = false;
      };
    },
  };
  return { get: (id) => id === undefined || id === only.id ? only : undefined, list: () => [only] };
}
