/**
 * Where the fields of Xlib's structs lie, in bytes, and the constants that go with them.
 *
 * All offsets are for LP64 (int 4 bytes, long and pointers 8, each field aligned to its size), which is
 * what Linux uses on x86-64, arm64 and riscv64; numbers are little-endian there. Bool and Status are int; XID (Window,
 * Drawable, Damage, XserverRegion, Atom) is unsigned long. The headers are quoted in each comment.
 */

/**
 * Memory for C to read or write, zeroed, at a fixed address: an explicit `ArrayBuffer` lives outside the
 * garbage-collected heap, where a short typed array made by length may be moved.
 */
export function nativeBuffer(bytes: number): DataView<ArrayBuffer> {
  return new DataView(new ArrayBuffer(bytes));
}

/** `XWindowAttributes`, X11/Xlib.h: x, y, width, height, border_width, depth, visual, root, … */
export const WINDOW_ATTRIBUTES = {
  width: 8,
  height: 12,
  depth: 20,
  visual: 24,
  size: 136,
} as const;

/**
 * `XImage`, X11/Xlib.h: int width, height, xoffset, format; char *data; int byte_order, bitmap_unit,
 * bitmap_bit_order, bitmap_pad, depth, bytes_per_line, bits_per_pixel; unsigned long red_mask,
 * green_mask, blue_mask; XPointer obdata; six function pointers.
 */
export const IMAGE = {
  width: 0,
  height: 4,
  data: 16,
  byteOrder: 24,
  depth: 40,
  bytesPerLine: 44,
  bitsPerPixel: 48,
  redMask: 56,
  greenMask: 64,
  blueMask: 72,
  size: 136,
} as const;

/** `XShmSegmentInfo`, X11/extensions/XShm.h: ShmSeg shmseg; int shmid; char *shmaddr; Bool readOnly. */
export const SHM_SEGMENT = { id: 8, address: 16, readOnly: 24, size: 32 } as const;

/** `struct shmid_ds`, sys/shm.h on 64-bit Linux: `shm_nattch` counts the processes that map the segment. */
export const SHMID_DS = { attachments: 88, size: 112 } as const;

/** `XEvent`, X11/Xlib.h: a union padded to 24 longs; `type` comes first in all members. */
export const EVENT = { type: 0, size: 192 } as const;

/** `XGenericEventCookie`, X11/Xlib.h: type, serial, send_event, display, extension, evtype, cookie, data. */
export const GENERIC_EVENT = { extension: 32, evtype: 36 } as const;

/** `XConfigureEvent`, X11/Xlib.h: type, serial, send_event, display, event, window, x, y, width, … */
export const CONFIGURE_EVENT = { window: 40 } as const;

/** `XRectangle`, X11/Xlib.h: short x, y; unsigned short width, height. */
export const RECTANGLE = { x: 0, y: 2, width: 4, height: 6, size: 8 } as const;

/**
 * `XFixesCursorImage`, X11/extensions/Xfixes.h: short x, y; unsigned short width, height, xhot, yhot;
 * unsigned long cursor_serial; unsigned long *pixels; Atom atom; const char *name. A pixel is a whole
 * unsigned long of which the low 32 bits are 0xAARRGGBB, premultiplied.
 */
export const CURSOR_IMAGE = {
  width: 4,
  height: 6,
  hotX: 8,
  hotY: 10,
  serial: 16,
  pixels: 24,
  size: 48,
  bytesPerPixel: 8,
} as const;

/** `XIEventMask`, X11/extensions/XInput2.h: int deviceid, mask_len; unsigned char *mask. */
export const XI_EVENT_MASK = { deviceid: 0, maskLength: 4, mask: 8, size: 16 } as const;

/** `struct pollfd`, poll.h: int fd; short events, revents. */
export const POLLFD = { fd: 0, events: 4, size: 8 } as const;

/** X11/X.h. */
export const CONFIGURE_NOTIFY = 22;
/** X11/X.h: an event of an extension that has more than fit into the old numbers. */
export const GENERIC_EVENT_TYPE = 35;
/** X11/X.h: ConfigureNotify, and more about the window itself. */
export const STRUCTURE_NOTIFY_MASK = 1n << 17n;
/** X11/X.h: an image of whole pixels, not of bit planes. */
export const Z_PIXMAP = 2;
/** X11/X.h: the `byte_order` of a little-endian image. */
export const LSB_FIRST = 0;
/** X11/Xlib.h. */
export const ALL_PLANES = 0xffff_ffff_ffff_ffffn;
/** X11/extensions/damagewire.h: one event when damage goes from none to some. */
export const DAMAGE_REPORT_NON_EMPTY = 3;
/** X11/extensions/damagewire.h: offset from the extension's first event. */
export const DAMAGE_NOTIFY = 0;
/** X11/extensions/xfixeswire.h: offset from the extension's first event. */
export const FIXES_CURSOR_NOTIFY = 1;
/** X11/extensions/xfixeswire.h. */
export const FIXES_DISPLAY_CURSOR_NOTIFY_MASK = 1n;

/** X11/extensions/XI2.h. */
export const XI_ALL_MASTER_DEVICES = 1;
/** X11/extensions/XI2.h. */
export const XI_RAW_MOTION = 17;

/** poll.h on Linux. */
export const POLLIN = 1;
/** sys/eventfd.h on Linux. */
export const EFD_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = 0o4000;

/** sys/ipc.h and sys/shm.h on Linux. */
export const IPC_PRIVATE = 0;
export const IPC_CREAT = 0o1000;
export const IPC_RMID = 0;
export const IPC_STAT = 2;
/** Nobody but this user (and root) may map the picture of the screen. */
export const OWNER_ONLY = 0o600;
