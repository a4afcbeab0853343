/**
 * Which C libraries the X11 source calls, and where they are.
 *
 * The source works under an `--allow-ffi` with paths, which has two consequences. A bare soname is
 * refused, since Deno resolves it against the working directory; so the usual library folders are tried
 * in turn. And `Deno.UnsafePointer`, `UnsafePointerView` and `UnsafeCallback` are refused whatever the paths:
 * pointers are declared as numbers (`u64`, 0 for NULL) and C's memory is read with `memcpy`.
 *
 * Only libX11 and libc must be there; what the others bring (shared memory, damage, cursor, being told
 * that the pointer moved, monitors, windows that others cover) the source can do without.
 *
 * `XInitThreads` is not called: one thread, the capture Worker, uses a connection, and libX11's
 * locks are only for sharing one. What Workers share all the same is in process_lock.ts.
 */
import { SourceLost } from "../../source.ts";

const LIBC = {
  dlsym: { parameters: ["u64", "buffer"], result: "u64", optional: true },
  /** From C's memory to JavaScript's. */
  memcpy: { parameters: ["buffer", "u64", "usize"], result: "u64" },
  /** The same function, from JavaScript's memory to C's. */
  memcpyOut: { name: "memcpy", parameters: ["u64", "buffer", "usize"], result: "u64" },
  malloc: { parameters: ["usize"], result: "u64" },
  free: { parameters: ["u64"], result: "void" },
  shmget: { parameters: ["i32", "usize", "i32"], result: "i32" },
  // Signed, since failure is (void *) -1.
  shmat: { parameters: ["i32", "u64", "i32"], result: "i64" },
  shmdt: { parameters: ["u64"], result: "i32" },
  shmctl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  // On a thread of Deno's: it sleeps. `nfds_t` is unsigned long.
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  eventfd: { parameters: ["u32", "i32"], result: "i32", optional: true },
  eventfd_read: { parameters: ["i32", "buffer"], result: "i32", optional: true },
  eventfd_write: { parameters: ["i32", "u64"], result: "i32", optional: true },
  close: { parameters: ["i32"], result: "i32" },
  flockfile: { parameters: ["u64"], result: "void", optional: true },
  funlockfile: { parameters: ["u64"], result: "void", optional: true },
} as const;

/** glibc before 2.34 keeps `dlsym` here. */
const LIBDL = { dlsym: LIBC.dlsym } as const;

const LIBX11 = {
  XOpenDisplay: { parameters: ["buffer"], result: "u64" },
  XCloseDisplay: { parameters: ["u64"], result: "i32" },
  XSetErrorHandler: { parameters: ["u64"], result: "u64" },
  XSetIOErrorHandler: { parameters: ["u64"], result: "u64" },
  // From libX11 1.7 on.
  XSetIOErrorExitHandler: {
    parameters: ["u64", "u64", "buffer"],
    result: "void",
    optional: true,
  },
  XDefaultRootWindow: { parameters: ["u64"], result: "u64" },
  XGetWindowAttributes: { parameters: ["u64", "u64", "buffer"], result: "i32" },
  XSelectInput: { parameters: ["u64", "u64", "i64"], result: "i32" },
  XConnectionNumber: { parameters: ["u64"], result: "i32" },
  XQueryExtension: {
    parameters: ["u64", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  XPending: { parameters: ["u64"], result: "i32" },
  XNextEvent: { parameters: ["u64", "buffer"], result: "i32" },
  XSync: { parameters: ["u64", "i32"], result: "i32" },
  XQueryPointer: {
    parameters: [
      "u64",
      "u64",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
    ],
    result: "i32",
  },
  XGetImage: {
    parameters: ["u64", "u64", "i32", "i32", "u32", "u32", "u64", "i32"],
    result: "u64",
  },
  XFree: { parameters: ["u64"], result: "i32" },
  XFreePixmap: { parameters: ["u64", "u64"], result: "i32" },
  XInternAtom: { parameters: ["u64", "buffer", "i32"], result: "u64" },
  XGetAtomName: { parameters: ["u64", "u64"], result: "u64" },
  XGetWindowProperty: {
    parameters: [
      "u64",
      "u64",
      "u64",
      "i64",
      "i64",
      "i32",
      "u64",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
    ],
    result: "i32",
  },
  XQueryTree: {
    parameters: ["u64", "u64", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  XGetGeometry: {
    parameters: [
      "u64",
      "u64",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
    ],
    result: "i32",
  },
  XTranslateCoordinates: {
    parameters: ["u64", "u64", "u64", "i32", "i32", "buffer", "buffer", "buffer"],
    result: "i32",
  },
} as const;

const LIBXEXT = {
  XShmQueryExtension: { parameters: ["u64"], result: "i32" },
  XShmCreateImage: {
    parameters: ["u64", "u64", "u32", "i32", "u64", "buffer", "u32", "u32"],
    result: "u64",
  },
  XShmAttach: { parameters: ["u64", "buffer"], result: "i32" },
  XShmDetach: { parameters: ["u64", "buffer"], result: "i32" },
  XShmGetImage: {
    parameters: ["u64", "u64", "buffer", "i32", "i32", "u64"],
    result: "i32",
  },
} as const;

const LIBXFIXES = {
  XFixesQueryExtension: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XFixesSelectCursorInput: { parameters: ["u64", "u64", "u64"], result: "void" },
  XFixesGetCursorImage: { parameters: ["u64"], result: "u64" },
  XFixesCreateRegion: { parameters: ["u64", "u64", "i32"], result: "u64" },
  XFixesFetchRegionAndBounds: {
    parameters: ["u64", "u64", "buffer", "buffer"],
    result: "u64",
  },
} as const;

const LIBXDAMAGE = {
  XDamageQueryExtension: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XDamageCreate: { parameters: ["u64", "u64", "i32"], result: "u64" },
  XDamageSubtract: { parameters: ["u64", "u64", "u64", "u64"], result: "void" },
  XDamageDestroy: { parameters: ["u64", "u64"], result: "void" },
} as const;

const LIBXI = {
  XIQueryVersion: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XISelectEvents: { parameters: ["u64", "u64", "u64", "i32"], result: "i32" },
} as const;

/** From libXrandr 1.5 on. */
const LIBXRANDR = {
  XRRQueryExtension: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XRRQueryVersion: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XRRSelectInput: { parameters: ["u64", "u64", "i32"], result: "void" },
  XRRGetMonitors: { parameters: ["u64", "u64", "i32", "buffer"], result: "u64" },
  XRRFreeMonitors: { parameters: ["u64"], result: "void" },
} as const;

const LIBXCOMPOSITE = {
  XCompositeQueryExtension: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XCompositeQueryVersion: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XCompositeRedirectWindow: { parameters: ["u64", "u64", "i32"], result: "void" },
  XCompositeUnredirectWindow: { parameters: ["u64", "u64", "i32"], result: "void" },
  XCompositeNameWindowPixmap: { parameters: ["u64", "u64"], result: "u64" },
} as const;

type Functions<S extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<S>["symbols"];

/** The functions of each library; `undefined` for a library that this machine does not have. */
export interface Libraries {
  readonly c: Functions<typeof LIBC>;
  readonly x11: Functions<typeof LIBX11>;
  readonly ext: Functions<typeof LIBXEXT> | undefined;
  readonly fixes: Functions<typeof LIBXFIXES> | undefined;
  readonly damage: Functions<typeof LIBXDAMAGE> | undefined;
  readonly xi: Functions<typeof LIBXI> | undefined;
  readonly randr: Functions<typeof LIBXRANDR> | undefined;
  readonly composite: Functions<typeof LIBXCOMPOSITE> | undefined;
  /** Address of a function of libc, to hand to C as a callback, or of a variable. */
  addressOf(name: "abs" | "strtod" | "stdin"): bigint;
  /** Fills `target` with C's memory at `address`. */
  read(address: bigint, target: Uint8Array | DataView<ArrayBuffer>): void;
  /** Fills C's memory at `address` with `bytes`. */
  write(address: bigint, bytes: DataView<ArrayBuffer>): void;
}

let loaded: Libraries | undefined;

/**
 * Loads the libraries, once per Worker: they stay loaded, as Xlib keeps pointers into them.
 * Throws `SourceLost` with what to install, or which permission is missing.
 */
export function loadLibraries(): Libraries {
  return loaded ??= load();
}

function load(): Libraries {
  const c = open(["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`], LIBC);
  if (c === undefined) throw new SourceLost("Cannot capture X11: no C library found");
  const x11 = open(["libX11.so.6"], LIBX11);
  if (x11 === undefined) {
    throw new SourceLost(
      "Cannot capture X11: libX11.so.6 is not installed, or --allow-ffi does not cover its folder " +
        "(on Debian and Ubuntu: apt-get install libx11-6 libxext6 libxdamage1 libxfixes3 libxi6 " +
        "libxrandr2 libxcomposite1)",
    );
  }
  const dlsym = c.dlsym ?? open(["libdl.so.2"], LIBDL)?.dlsym;
  return {
    c,
    x11,
    ext: open(["libXext.so.6"], LIBXEXT),
    fixes: open(["libXfixes.so.3"], LIBXFIXES),
    damage: open(["libXdamage.so.1"], LIBXDAMAGE),
    xi: open(["libXi.so.6"], LIBXI),
    randr: open(["libXrandr.so.2"], LIBXRANDR),
    composite: open(["libXcomposite.so.1"], LIBXCOMPOSITE),
    addressOf(name) {
      // A null handle is RTLD_DEFAULT: everything that is loaded, in glibc and in musl.
      const address = dlsym?.(0n, new TextEncoder().encode(`${name}\0`));
      if (!address) throw new SourceLost(`Cannot capture X11: the C library has no ${name}`);
      return address;
    },
    read(address, target) {
      c.memcpy(target as Uint8Array<ArrayBuffer>, address, BigInt(target.byteLength));
    },
    write(address, bytes) {
      c.memcpyOut(address, bytes, BigInt(bytes.byteLength));
    },
  };
}

/** Opens the first of `sonames` that is there, or `undefined`. */
function open<const S extends Deno.ForeignLibraryInterface>(
  sonames: readonly string[],
  functions: S,
): Functions<S> | undefined {
  for (const folder of folders()) {
    for (const soname of sonames) {
      try {
        return Deno.dlopen(`${folder}/${soname}`, functions).symbols;
      } catch {
        // Not in this folder (or not permitted, which comes to the same): try the next.
      }
    }
  }
  return undefined;
}

/** Debian's multiarch folders first, then where Fedora, Arch and Alpine have them. */
function folders(): string[] {
  const multiarch = `${Deno.build.arch}-linux-gnu`;
  return [
    `/usr/lib/${multiarch}`,
    `/lib/${multiarch}`,
    "/usr/lib64",
    "/lib64",
    "/usr/lib",
    "/lib",
    "/usr/local/lib",
  ];
}
