/**
 * The Worker that rebuilds two pictures of the past and makes the delta between them, one job after the other. See
 * `delta_maker.ts` for its owner.
 */
import { makeDelta } from "../../compare/delta.ts";
import type { FromDeltaWorker, ToDeltaWorker } from "./delta_protocol.ts";
import { Rebuilder } from "./rebuilder.ts";

/** The worker's own global scope, as far as it is used (its types exclude those of `Window`). */
declare const self: {
  onmessage: ((event: MessageEvent<ToDeltaWorker>) => void) | null;
  postMessage(message: FromDeltaWorker, transfer: Transferable[]): void;
};

let job: { readonly from: number; readonly to: number; readonly past: Rebuilder } | undefined;

self.onmessage = ({ data }) => {
  try {
    handle(data);
  } catch (error) {
    // What still comes of this job is ignored.
    job = undefined;
    const reason = error instanceof Error ? error.stack ?? error.message : String(error);
    self.postMessage({ type: "fault", id: data.id, reason }, []);
  }
};

function handle(message: ToDeltaWorker): void {
  switch (message.type) {
    case "begin": {
      const { from, to } = message;
      job = { from, to, past: new Rebuilder(from, to) };
      return;
    }
    case "part":
      job?.past.add(message);
      return;
    case "end": {
      if (!job) return;
      const { from, to, past } = job;
      job = undefined;
      const png = makeDelta(past.picture(from), past.picture(to));
      self.postMessage({ type: "done", id: message.id, png }, [png.buffer]);
    }
  }
}
