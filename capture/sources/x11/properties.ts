/**
 * What programs and the window manager say about windows: properties, named by atoms. Their content is whatever
 * somebody put there.
 */
import type { XConnection } from "./connection.ts";
import { ANY_PROPERTY_TYPE, nativeBuffer } from "./layouts.ts";

/** Longer texts are cut, bytes. */
const MAX_TEXT_BYTES = 4096;

interface Property {
  readonly type: bigint;
  /** Bits of an item: 8, 16 or 32. Those of 32 take up 8 bytes each. */
  readonly format: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class Properties {
  readonly #connection: XConnection;
  readonly #atoms = new Map<string, bigint>();
  /** What `XGetWindowProperty` answers: type, format, items, bytes left out, address. */
  readonly #answers = Array.from({ length: 5 }, () => nativeBuffer(8));

  constructor(connection: XConnection) {
    this.#connection = connection;
  }

  /** The name of an atom, `undefined` for one that there is not. */
  nameOf(atom: bigint): string | undefined {
    const { x11, read } = this.#connection.libraries;
    const address = x11.XGetAtomName(this.#connection.display, atom);
    this.#connection.check();
    if (address === 0n) return undefined;
    const bytes: number[] = [];
    const byte = new Uint8Array(new ArrayBuffer(1));
    for (let i = 0; i < MAX_TEXT_BYTES; i++) {
      read(address + BigInt(i), byte);
      if (byte[0] === 0) break;
      bytes.push(byte[0]);
    }
    x11.XFree(address);
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  /** A property of text, whose parts are separated by NULs; `undefined`: the window has none. */
  text(window: bigint, name: string): string | undefined {
    const property = this.#get(window, name, MAX_TEXT_BYTES / 4);
    if (property?.format !== 8) return undefined;
    // The old type STRING is Latin-1. COMPOUND_TEXT is too as far as that goes, and nobody sets it alone any more.
    const encoding = property.type === this.#atom("UTF8_STRING") ? "utf-8" : "latin1";
    return new TextDecoder(encoding).decode(property.bytes);
  }

  /** A property of 32-bit numbers, at most `max` of them; empty: the window has none. */
  numbers(window: bigint, name: string, max: number): bigint[] {
    const property = this.#get(window, name, max);
    if (property?.format !== 32) return [];
    const view = new DataView(property.bytes.buffer);
    return Array.from(
      { length: view.byteLength / 8 },
      (_, i) => BigInt.asUintN(32, view.getBigUint64(i * 8, true)),
    );
  }

  /** @param maxWords how much of it, in units of 4 bytes as the server counts */
  #get(window: bigint, name: string, maxWords: number): Property | undefined {
    const { x11, read } = this.#connection.libraries;
    const [type, format, items, left, data] = this.#answers;
    const { display } = this.#connection;
    const property = this.#atom(name);
    const length = BigInt(maxWords);
    data.setBigUint64(0, 0n);
    const failed = x11.XGetWindowProperty(
      display,
      window,
      property,
      0n,
      length,
      0,
      ANY_PROPERTY_TYPE,
      type,
      format,
      items,
      left,
      data,
    );
    const address = data.getBigUint64(0, true);
    try {
      this.#connection.check();
      const bits = format.getInt32(0, true);
      if (failed !== 0 || address === 0n || bits === 0) return undefined;
      const itemBytes = bits === 32 ? 8 : bits / 8;
      const bytes = new Uint8Array(
        new ArrayBuffer(Number(items.getBigUint64(0, true)) * itemBytes),
      );
      if (bytes.length > 0) read(address, bytes);
      return { type: type.getBigUint64(0, true), format: bits, bytes };
    } finally {
      if (address !== 0n) x11.XFree(address);
    }
  }

  #atom(name: string): bigint {
    const known = this.#atoms.get(name);
    if (known !== undefined) return known;
    const { x11 } = this.#connection.libraries;
    const atom = x11.XInternAtom(
      this.#connection.display,
      new TextEncoder().encode(`${name}\0`),
      0,
    );
    this.#connection.check();
    this.#atoms.set(name, atom);
    return atom;
  }
}
