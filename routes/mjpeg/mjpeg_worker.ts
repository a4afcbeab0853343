/** The entry of an MJPEG Worker, one for each source that somebody watches as MJPEG: see film_studio.ts. */
import { FilmStudio } from "./film_studio.ts";
import {
  type FilmKind,
  type FromMjpegWorker,
  kindName,
  type ToMjpegWorker,
} from "./mjpeg_protocol.ts";

/** The part of the Worker's global scope in use here; the DOM's types know it as a window. */
interface Scope {
  postMessage(message: FromMjpegWorker): void;
  onmessage: ((event: MessageEvent<ToMjpegWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;

const studio = new FilmStudio();
/** Asked for while there was no picture; the feed asks for each kind once at a time. */
let waiting: FilmKind[] = [];

/** One message after the other: encoding may wait for the kernel, and pictures must be of what came before. */
let queue = Promise.resolve();
scope.onmessage = ({ data }) => {
  queue = queue.then(() => handle(data)).catch((error) => {
    scope.postMessage({ type: "fault", reason: String(error?.stack ?? error) });
  });
};

async function handle(message: ToMjpegWorker): Promise<void> {
  switch (message.type) {
    case "batch": {
      for (const part of message.parts) studio.push(part);
      const { plain, pointed } = studio;
      scope.postMessage({ type: "news", plain, pointed });
      break;
    }
    case "encode":
      waiting.push(message.kind);
      break;
    case "forget":
      studio.forget(message.kind);
      // Otherwise it would be made for nobody, and kept.
      waiting = waiting.filter((kind) => kindName(kind) !== kindName(message.kind));
  }
  if (!studio.hasPicture) return;
  for (const kind of waiting) {
    scope.postMessage({ type: "frame", kind, frame: await studio.encode(kind) });
  }
  waiting = [];
}
