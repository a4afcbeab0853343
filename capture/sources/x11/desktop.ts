/** What there is to capture on a display: its monitors and windows. */
import { type Monitor, type Target, type Targets, TargetUnknown } from "../../targets.ts";
import { Composite } from "./composite.ts";
import type { XConnection } from "./connection.ts";
import { DisplayPart, MonitorPart } from "./display_part.ts";
import { MonitorList } from "./monitors.ts";
import type { Part } from "./part.ts";
import { Properties } from "./properties.ts";
import { titled, xidIn } from "./window_choice.ts";
import { WindowPart } from "./window_part.ts";
import { WindowList } from "./windows.ts";

/** A refusal names so many windows that there are. */
const MAX_NAMED = 8;

export class Desktop {
  readonly #connection: XConnection;
  readonly #monitors: MonitorList | undefined;
  readonly #windows: WindowList;
  readonly #composite: Composite | undefined;

  constructor(connection: XConnection) {
    const properties = new Properties(connection);
    this.#connection = connection;
    this.#monitors = MonitorList.start(connection, properties);
    this.#windows = new WindowList(connection, properties);
    this.#composite = Composite.start(connection);
  }

  /** Asks the server. Throws `SourceLost` when it is gone. */
  targets(): Targets {
    const windows = this.#windows.list().map(({ id, title, app, x, y, width, height }) => {
      return { id, title, app, x, y, width, height };
    });
    return { monitors: this.#listMonitors(), windows };
  }

  /** What is captured from now on; a monitor or window that is not there may come. */
  open(target: Target): Part {
    switch (target.kind) {
      case "all":
        return new DisplayPart(this.#connection);
      case "monitor":
        return new MonitorPart(this.#connection, this.#monitors, target.name);
      case "window":
        return new WindowPart(
          this.#connection,
          this.#windows,
          this.#composite,
          target.window,
        );
    }
  }

  /** @throws {TargetUnknown} when there is no such monitor or window now */
  check(target: Target): void {
    if (target.kind === "monitor") this.#checkMonitor(target.name);
    if (target.kind === "window") this.#checkWindow(target.window);
  }

  #checkMonitor(wanted: string): void {
    const monitors = this.#listMonitors();
    if (monitors.some(({ name }) => name === wanted)) return;
    const names = monitors.map(({ name }) => name).join(", ");
    throw new TargetUnknown(
      names === "" ? "none, since this display lists no monitors" : `one of ${names}`,
    );
  }

  #checkWindow(wanted: string): void {
    const xid = xidIn(wanted);
    const isRoot = xid === this.#connection.root;
    if (xid !== undefined && !isRoot && this.#windows.get(xid)) return;
    const windows = this.#windows.list();
    if (xid === undefined && titled(windows, wanted)) return;
    const named = windows.slice(0, MAX_NAMED).map(({ id, title }) => `${id} “${title}”`);
    const more = windows.length > named.length ? ` and ${windows.length - named.length} more` : "";
    throw new TargetUnknown(
      "the id of a window or a part of its title; there " +
        (named.length > 0 ? `are ${named.join(", ")}${more}` : "are none"),
    );
  }

  #listMonitors(): Monitor[] {
    return this.#monitors?.list() ?? [];
  }
}
