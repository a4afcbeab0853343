/** Another site, whose pages show what the program streams. */
import type { Locator } from "playwright-core";
import { type Picture, pictureOf } from "./picture.ts";

/** A site of one page. */
export interface Portal extends AsyncDisposable {
  /** `http://localhost:PORT`: another site than 127.0.0.1, as far as cookies go. */
  readonly origin: string;
  /** What its page is from now on. */
  show(page: PortalPage): void;
}

export interface PortalPage {
  /** Text of files by path; `/` is the page. */
  readonly files: Readonly<Record<string, string>>;
  /** Left out: the page has no Content-Security-Policy. */
  readonly policy?: string;
}

const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css" };

/** Starts a site with an empty page, on a free port. */
export function startPortal(): Portal {
  let page: PortalPage = { files: {} };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const text = page.files[pathname];
    if (text === undefined) return new Response(null, { status: 404 });
    const type = TYPES[pathname.split(".")[1]] ?? "text/html";
    const headers = new Headers({ "content-type": `${type}; charset=utf-8` });
    if (page.policy !== undefined) headers.set("content-security-policy", page.policy);
    return new Response(text, { headers });
  });
  return {
    origin: `http://localhost:${server.addr.port}`,
    show: (next) => page = next,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

/** A page with this in its body. */
export function pageOf(body: string, policy?: string): PortalPage {
  const head = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Portal</title>`;
  return { files: { "/": head + body }, policy };
}

/** The pixels of a canvas, wherever it is: in an element's shadow, in a frame. */
export async function pictureOn(canvas: Locator): Promise<Picture> {
  const { width, height, base64 } = await canvas.evaluate(async (canvas: HTMLCanvasElement) => {
    const bitmap = await createImageBitmap(canvas);
    const { width, height } = bitmap;
    const copy = new OffscreenCanvas(width, height).getContext("2d")!;
    copy.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = copy.getImageData(0, 0, width, height);
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.readAsDataURL(new Blob([data]));
    });
    return { width, height, base64: url.slice(url.indexOf(",") + 1) };
  });
  return pictureOf(width, height, Uint8Array.fromBase64(base64));
}
