/**
 * The least that a VNC server takes for a viewer (RFC 6143): it asks for changes, reads them and asks again.
 */

/** Bytes of a message that says which encodings are understood: raw only. */
const SET_ENCODINGS = new Uint8Array([2, 0, 0, 1, 0, 0, 0, 0]);

export class RfbViewer implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array(0);
  readonly #size: { width: number; height: number };
  #bytesPerPixel = 4;
  #failure: unknown;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#reader = connection.readable.getReader();
    this.#size = { width: 0, height: 0 };
  }

  /** Connects without a password and resolves with the whole first picture read. */
  static async open(port: number): Promise<RfbViewer> {
    const viewer = new RfbViewer(await Deno.connect({ hostname: "127.0.0.1", port }));
    await viewer.#shakeHands();
    await viewer.#request(false);
    await viewer.#readUpdate();
    // Until the connection is closed.
    viewer.#follow().catch((error) => viewer.#failure = error);
    return viewer;
  }

  /** Why it stopped watching; `undefined` while it watches. */
  get failure(): unknown {
    return this.#failure;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #shakeHands(): Promise<void> {
    const version = await this.#read(12);
    await this.#write(version);
    const [count] = await this.#read(1);
    await this.#read(count);
    await this.#write(new Uint8Array([1])); // No authentication.
    const refused = (await this.#view(4)).getUint32(0);
    if (refused !== 0) throw new Error("the VNC server refuses viewers without a password");
    await this.#write(new Uint8Array([1])); // Shared.
    const init = await this.#view(24);
    Object.assign(this.#size, { width: init.getUint16(0), height: init.getUint16(2) });
    this.#bytesPerPixel = init.getUint8(4) / 8;
    await this.#read(init.getUint32(20));
    await this.#write(SET_ENCODINGS);
  }

  async #follow(): Promise<never> {
    for (;;) {
      await this.#request(true);
      await this.#readUpdate();
    }
  }

  async #request(incremental: boolean): Promise<void> {
    const message = new DataView(new ArrayBuffer(10));
    message.setUint8(0, 3);
    message.setUint8(1, incremental ? 1 : 0);
    message.setUint16(6, this.#size.width);
    message.setUint16(8, this.#size.height);
    await this.#write(new Uint8Array(message.buffer));
  }

  /** Reads messages up to the end of the next update. */
  async #readUpdate(): Promise<void> {
    for (;;) {
      const [kind] = await this.#read(1);
      if (kind === 2) continue; // Bell.
      if (kind === 3) { // Somebody's clipboard.
        await this.#read(3);
        await this.#read((await this.#view(4)).getUint32(0));
        continue;
      }
      if (kind !== 0) throw new Error(`a VNC message of kind ${kind} that nobody asked for`);
      const count = (await this.#view(3)).getUint16(1);
      for (let i = 0; i < count; i++) {
        const rect = await this.#view(12);
        await this.#read(rect.getUint16(4) * rect.getUint16(6) * this.#bytesPerPixel);
      }
      return;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async #view(length: number): Promise<DataView> {
    const bytes = await this.#read(length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  async #read(length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let at = 0; at < length;) {
      if (this.#rest.length === 0) {
        const { value } = await this.#reader.read();
        if (!value) throw new Error("the VNC server closed the connection");
        this.#rest = new Uint8Array(value);
      }
      const part = this.#rest.subarray(0, length - at);
      out.set(part, at);
      this.#rest = this.#rest.subarray(part.length);
      at += part.length;
    }
    return out;
  }
}
