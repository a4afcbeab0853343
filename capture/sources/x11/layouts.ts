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

/**
 * `XWindowAttributes`, X11/Xlib.h: int x, y, width, height, border_width, depth; Visual *visual; Window root;
 * int class, bit_gravity, win_gravity, backing_store; unsigned long backing_planes, backing_pixel; Bool save_under;
 * Colormap colormap; Bool map_installed; int map_state; long all_event_masks, your_event_mask,
 * do_not_propagate_mask; Bool override_redirect; Screen *screen.
 */
export const WINDOW_ATTRIBUTES = {
  width: 8,
  height: 12,
  borderWidth: 16,
  depth: 20,
  visual: 24,
  class: 40,
  mapState: 92,
  overrideRedirect: 120,
  size: 136,
} as const;

/**
 * `Visual`, X11/Xlib.h: XExtData *ext_data; VisualID visualid; int class; unsigned long red_mask, green_mask,
 * blue_mask; int bits_per_rgb, map_entries.
 */
export const VISUAL = { redMask: 24, greenMask: 32, blueMask: 40, size: 56 } as const;

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

/**
 * `XConfigureEvent`, `XMapEvent`, `XUnmapEvent`, `XReparentEvent`, `XDestroyWindowEvent`, X11/Xlib.h: type, serial,
 * send_event, display, event, window, … (`event` is the window that was asked about).
 */
export const STRUCTURE_EVENT = { window: 40 } as const;

/**
 * `XRRMonitorInfo`, X11/extensions/Xrandr.h: Atom name; Bool primary, automatic; int noutput, x, y, width, height,
 * mwidth, mheight; RROutput *outputs.
 */
export const MONITOR_INFO = {
  name: 0,
  primary: 8,
  x: 20,
  y: 24,
  width: 28,
  height: 32,
  size: 56,
} as const;

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

/** X11/X.h: what happened to a window. */
export const DESTROY_NOTIFY = 17;
export const UNMAP_NOTIFY = 18;
export const MAP_NOTIFY = 19;
export const REPARENT_NOTIFY = 21;
export const CONFIGURE_NOTIFY = 22;
export const PROPERTY_NOTIFY = 28;
/** X11/X.h: an event of an extension that has more than fit into the old numbers. */
export const GENERIC_EVENT_TYPE = 35;
/** X11/X.h: ConfigureNotify, and more about the window itself. */
export const STRUCTURE_NOTIFY_MASK = 1n << 17n;
/** X11/X.h: the same of the window's children. */
export const SUBSTRUCTURE_NOTIFY_MASK = 1n << 19n;
/** X11/X.h. */
export const PROPERTY_CHANGE_MASK = 1n << 22n;
/** X11/X.h: the `class` of a window without pixels. */
export const INPUT_ONLY = 2;
/** X11/X.h: the `map_state` of a window that is mapped like all windows that it lies in. */
export const IS_VIEWABLE = 2;
/** X11/X.h: a property of whatever type. */
export const ANY_PROPERTY_TYPE = 0n;
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

/** X11/extensions/randr.h: the screen, a CRTC or an output is another. */
export const RANDR_EVENTS_MASK = 1 << 0 | 1 << 1 | 1 << 2;
/** X11/extensions/randr.h: offsets from the extension's first event: RRScreenChangeNotify, RRNotify. */
export const RANDR_EVENTS = [0, 1] as const;

/** X11/extensions/composite.h: the server shows the window on the screen as before. */
export const COMPOSITE_REDIRECT_AUTOMATIC = 0;

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
