/** Pictures that were sought before a part of the past was forgotten, and are answered after it. */
import assert from "node:assert/strict";
import { atRoutes } from "../../../routes/history/at.ts";
import type { HistoryDeps } from "../../../routes/history/deps.ts";
import { Erasures } from "../../../routes/history/erasures.ts";
import type { PictureMaker } from "../../../routes/history/picture_maker.ts";
import { picturesRoutes } from "../../../routes/history/pictures.ts";
import { blackPicture, fakeArchive } from "../../helpers/fake_archive.ts";
import { HISTORIAN, NOW, testServer } from "../fakes.ts";

const TIME = NOW - 60_000;
const PATHS = [`at?t=${TIME}`, `frame.png?t=${TIME}`, `thumb?t=${TIME}`];

/** A server whose source `screen` has one picture with another behind it. */
class Rig {
  readonly erasures = new Erasures(1);
  /** Called with each question for the picture, before its answer comes. */
  onSeek = () => {};
  readonly #server;

  constructor() {
    const seek = (_source: string, time: number) => {
      this.onSeek();
      return { ...blackPicture(time), next: time + 1 };
    };
    const deps: HistoryDeps = {
      archive: fakeArchive({ seek }),
      offDetail: "",
      limits: { maxAgeMs: 3_600_000, maxBytes: 0 },
      recorded: () => [{ id: "screen", label: "screen" }],
      erasures: this.erasures,
      now: () => NOW,
    };
    const maker: Pick<PictureMaker, "make"> = {
      async make(of, seek) {
        of();
        return { picture: await seek(undefined), bytes: new Uint8Array(1) };
      },
    };
    this.#server = testServer({ extra: [...atRoutes(deps), ...picturesRoutes(deps, maker)] });
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const url = `/api/history/screen/${path}`;
    return await this.#server.request(url, { token: HISTORIAN, headers });
  }
}

for (const path of PATHS) {
  const name = path.split("?")[0];

  Deno.test(`GET …/${name} does not pass what was forgotten meanwhile off as the new version`, async () => {
    const rig = new Rig();
    rig.onSeek = () => rig.erasures.note("screen");
    const old = await rig.get(`${path}&v=${rig.erasures.version("screen")}`);
    assert.equal(old.status, 200);
    assert.equal(old.headers.get("etag"), null);
    assert.equal(old.headers.get("cache-control"), "no-store");
    // Where nothing is forgotten, it is as ever.
    rig.onSeek = () => {};
    const now = await rig.get(`${path}&v=${rig.erasures.version("screen")}`);
    assert.match(now.headers.get("cache-control")!, /immutable/);
    const etag = now.headers.get("etag")!;
    assert.equal((await rig.get(path, { "if-none-match": etag })).status, 304);
  });

  Deno.test(`GET …/${name} does not say that what is forgotten meanwhile still stands`, async () => {
    // The tag of the picture in the version that begins while it is sought.
    const later = new Rig();
    later.erasures.note("screen");
    const etag = (await later.get(path)).headers.get("etag")!;
    const rig = new Rig();
    rig.onSeek = () => rig.erasures.note("screen");
    const response = await rig.get(path, { "if-none-match": etag });
    assert.equal(response.status, 200);
  });
}
