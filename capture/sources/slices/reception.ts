/**
 * Takes in senders of slices, one at a time, and has drawn what they send.
 *
 * Who comes while there is a sender is turned away, unless nothing was heard of that one for 10 s: then it may have
 * lost its network or its power without a word, and the newcomer takes its place. What a sender made stays when it
 * goes; whoever comes next goes on from it.
 */
import type { Size } from "../../geometry.ts";
import { BadPacket } from "../../slices/bad_packet.ts";
import { PacketReader } from "../../slices/packet_reader.ts";
import type { Packet } from "../../slices/packet.ts";
import type { Drawn } from "./slice_canvas.ts";

/** Nothing heard for so long: a newcomer may take the sender's place, ms. */
export const SILENT_MS = 10_000;
/** No byte in the middle of a packet for so long ends the connection, ms. */
export const STALL_MS = 10_000;
/** Between two lines about senders who were turned away, ms. */
export const TELL_EVERY_MS = 10_000;
/** Bytes read at once. */
const READ_BYTES = 64 * 1024;
/** After a connection could not be accepted (no file descriptor is free, say), ms. */
const ACCEPT_AGAIN_MS = 100;

/** The part of a listener in use here. */
export interface SenderListener {
  accept(): Promise<SenderConnection>;
  close(): void;
}

/** The part of a connection in use here. */
export interface SenderConnection {
  /** Name for people, `192.0.2.7:40312`. */
  readonly peer: string;
  read(bytes: Uint8Array): Promise<number | null>;
  close(): void;
}

export interface ReceptionOptions {
  /** Throws when the address cannot be listened on. */
  readonly listen: () => SenderListener;
  /** What has to precede each packet, 16 bytes; `undefined`: anything of that length or nothing. */
  readonly identity: Uint8Array | undefined;
  readonly canvas: {
    readonly size: Size | undefined;
    draw(packet: Packet): Promise<Drawn>;
  };
  /** Shows what was drawn. */
  readonly put: (drawn: Drawn) => void;
  /** Says why the picture is old; `undefined`: it is not. */
  readonly setSilence: (reason: string | undefined) => void;
  /** Says a line to whoever runs the program. */
  readonly tell: (line: string) => void;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Steady clock, ms. */
  readonly now: () => number;
}

/** A sender that is connected. */
interface Sender {
  readonly connection: SenderConnection;
  heardAt: number;
  /** Why the connection was closed from here. */
  closedFor: string | undefined;
}

export class Reception {
  readonly #options: ReceptionOptions;
  #listener: SenderListener | undefined;
  #sender: Sender | undefined;
  /** Resolves when nothing more is drawn for the senders so far. */
  #drawn: Promise<void> = Promise.resolve();
  #toldTurnedAwayAt = -Infinity;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** Listens. Throws what `listen` throws. */
  start(): void {
    this.#listener = this.#options.listen();
    this.#options.setSilence("no sender of slices has connected yet");
    this.#accept(this.#listener);
  }

  /** Closes all connections; may be called twice. */
  stop(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.close();
    const sender = this.#sender;
    this.#sender = undefined;
    if (sender) this.#close(sender, "the source is closed");
  }

  async #accept(listener: SenderListener): Promise<void> {
    while (listener === this.#listener) {
      try {
        this.#welcome(await listener.accept());
      } catch {
        if (listener !== this.#listener) return;
        await new Promise<void>((resolve) => this.#options.after(ACCEPT_AGAIN_MS, resolve));
      }
    }
  }

  #welcome(connection: SenderConnection): void {
    const now = this.#options.now();
    const before = this.#sender;
    if (before && now - before.heardAt < SILENT_MS) {
      connection.close();
      if (now - this.#toldTurnedAwayAt < TELL_EVERY_MS) return;
      this.#toldTurnedAwayAt = now;
      const { tell } = this.#options;
      return tell(`turned ${connection.peer} away: ${before.connection.peer} is sending slices`);
    }
    if (before) this.#close(before, `it was silent, and ${connection.peer} has come`);
    const sender: Sender = { connection, heardAt: now, closedFor: undefined };
    this.#sender = sender;
    const begun = this.#drawn;
    this.#drawn = begun.then(() => this.#serve(sender));
  }

  /** Reads to the end of the connection, and says why it ended; never throws. */
  async #serve(sender: Sender): Promise<void> {
    const { tell, setSilence, canvas } = this.#options;
    const { peer } = sender.connection;
    tell(`${peer} sends slices`);
    try {
      await this.#read(sender);
    } catch (error) {
      this.#close(sender, describe(error));
    }
    const { closedFor } = sender;
    tell(`${peer} sends no slices any more: ${closedFor ?? "it has gone"}`);
    if (this.#sender !== sender) return;
    this.#close(sender, "it has gone");
    this.#sender = undefined;
    if (closedFor !== undefined) {
      return setSilence(`the sender of slices was cut off: ${closedFor}`);
    }
    setSilence(
      canvas.size ? "the sender of slices has gone" : "the sender of slices went without a picture",
    );
  }

  /** Draws what comes, packet by packet: while one is drawn, nothing is read. */
  async #read(sender: Sender): Promise<void> {
    const { identity, canvas, put, setSilence, now } = this.#options;
    const reader = new PacketReader({ identity, size: canvas.size });
    const bytes = new Uint8Array(READ_BYTES);
    for (;;) {
      const count = await this.#readSome(sender, bytes, reader.isInside);
      if (count === null) return;
      sender.heardAt = now();
      for (const packet of reader.push(bytes.subarray(0, count))) {
        const drawn = await canvas.draw(packet);
        // It is in the picture, even where its sender was sent away meanwhile: the damage must be known.
        if (this.#listener) put(drawn);
        if (sender.closedFor !== undefined) return;
        setSilence(undefined);
        sender.heardAt = now();
      }
    }
  }

  async #readSome(sender: Sender, bytes: Uint8Array, isInside: boolean): Promise<number | null> {
    if (sender.closedFor !== undefined) return null;
    const reading = sender.connection.read(bytes);
    if (!isInside) return await reading;
    const cancel = this.#options.after(STALL_MS, () => {
      this.#close(sender, `nothing came for ${STALL_MS / 1000} s in the middle of a packet`);
    });
    try {
      return await reading;
    } finally {
      cancel();
    }
  }

  #close(sender: Sender, reason: string): void {
    if (sender.closedFor !== undefined) return;
    sender.closedFor = reason;
    sender.connection.close();
  }
}

function describe(error: unknown): string {
  if (error instanceof BadPacket) return error.message;
  return error instanceof Error ? `the connection broke: ${error.message}` : String(error);
}
