/** A Worker that opens and closes the x11 source again and again: see threads_test.ts. */
import { openX11Source } from "../../../../capture/sources/x11/x11.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ display: string; rounds: number }>) => void;
  postMessage(message: number): void;
};

scope.onmessage = ({ data: { display, rounds } }) => {
  for (let round = 0; round < rounds; round++) {
    const source = openX11Source(display);
    source.poll();
    const { width, height } = source.size;
    source.grab(new Uint8Array(width * height * 4), { top: 0, bottom: height });
    source.targets?.();
    source.close();
  }
  scope.postMessage(rounds);
};
