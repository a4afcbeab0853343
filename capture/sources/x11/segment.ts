/**
 * A System V shared memory segment that this process and the X server both have mapped.
 */
import type { XConnection } from "./connection.ts";
import {
  IPC_CREAT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_STAT,
  nativeBuffer,
  OWNER_ONLY,
  SHM_SEGMENT,
  SHMID_DS,
} from "./layouts.ts";

export class SharedSegment {
  /** Where this process has it. */
  readonly address: bigint;
  readonly #connection: XConnection;
  readonly #info: DataView<ArrayBuffer>;
  #mapped = true;

  private constructor(
    connection: XConnection,
    id: number,
    address: bigint,
    info: DataView<ArrayBuffer>,
  ) {
    this.#connection = connection;
    this.address = address;
    this.#info = info;
    info.setInt32(SHM_SEGMENT.id, id, true);
    info.setBigUint64(SHM_SEGMENT.address, address, true);
  }

  /**
   * Creates a segment of `bytes`, has the X server map it and describes it in `info`, an
   * `XShmSegmentInfo`. `undefined` when the kernel has no room or the server cannot reach it. Throws
   * `SourceLost` when the server is gone.
   */
  static share(
    connection: XConnection,
    bytes: number,
    info: DataView<ArrayBuffer>,
  ): SharedSegment | undefined {
    const { c } = connection.libraries;
    const id = c.shmget(IPC_PRIVATE, BigInt(bytes), IPC_CREAT | OWNER_ONLY);
    if (id === -1) return undefined;
    try {
      const address = c.shmat(id, 0n, 0);
      if (address === -1n) return undefined;
      const segment = new SharedSegment(connection, id, address, info);
      try {
        if (segment.#attachServer(id)) return segment;
      } catch (error) {
        segment.release();
        throw error;
      }
      segment.release();
      return undefined;
    } finally {
      // From here on the kernel frees it with the last process that has it mapped, even if this
      // one is killed.
      c.shmctl(id, IPC_RMID, null);
    }
  }

  /** True when the server has mapped the segment. */
  #attachServer(id: number): boolean {
    const { c, ext, x11 } = this.#connection.libraries;
    ext?.XShmAttach(this.#connection.display, this.#info);
    x11.XSync(this.#connection.display, 0);
    this.#connection.check();
    // The kernel is asked, not X: a server in another container, or on another machine, may have
    // mapped a segment of its own that happens to have the same id, and would write into that.
    const status = nativeBuffer(SHMID_DS.size);
    c.shmctl(id, IPC_STAT, status);
    return status.getBigUint64(SHMID_DS.attachments, true) >= 2n;
  }

  /** Unmaps it on both sides. May be called twice, and with the server gone. */
  release(): void {
    if (!this.#mapped) return;
    this.#mapped = false;
    const { c, ext } = this.#connection.libraries;
    if (this.#connection.open) ext?.XShmDetach(this.#connection.display, this.#info);
    c.shmdt(this.address);
  }
}
