/**
 * A PNG file without its picture: everything that its encoder chose. With the picture it is the file again, byte for
 * byte: its other chunks, how its data is cut into chunks, the filter of each row, and how its zlib stream says
 * what it says (deflate_plan.ts). Two screenshots by the same program have nearly the same skeleton.
 *
 * As bytes: sections, each a length (varint) and its bytes, in the order of `Sections`.
 */
import { ByteWriter } from "../../capture/byte_writer.ts";
import { concat } from "../../capture/messages.ts";
import { Reader } from "../../public/decoder/reader.js";
import { type PngChunks, readPngChunks } from "../../capture/images/png/chunks.ts";
import { bitsPerPixel, type PngHeader } from "../../capture/images/png/header.ts";
import { type Pass, passesOf, readRows } from "../../capture/images/png/rows.ts";
import type { ImageLimits } from "../../capture/images/limits.ts";
import type { Picture } from "../picture.ts";
import { pictureOf, rowsOfPicture } from "../png_samples.ts";
import { pngChunk } from "../write_png.ts";
import type { DeflatePlan } from "./deflate_plan.ts";
import { readDeflate } from "./deflate_reader.ts";
import { PlanMismatch, writeDeflate } from "./deflate_writer.ts";
import { filterRows } from "./filter.ts";

interface Sections extends DeflatePlan {
  /** The file in front of its first chunk of data, and behind the last one. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Bytes in each chunk of data, varint. */
  readonly cuts: Uint8Array;
  /** The number of each row's filter. */
  readonly filters: Uint8Array;
  /**
   * Where the rows differ from those that the picture gives (a palette that has a colour twice, bits behind the last
   * pixel): bytes in between, varint, and the exclusive or, u8.
   */
  readonly fixes: Uint8Array;
}

/** What often differs stands last. */
const ORDER = [
  "before",
  "cuts",
  "after",
  "head",
  "tail",
  "fixes",
  "padding",
  "filters",
  "blocks",
  "matches",
] as const satisfies readonly (keyof Sections)[];

/**
 * Takes a PNG file apart; `undefined` where it cannot be put together again from such parts.
 * @param file is a PNG that was read without an error
 */
export function skeletonOf(
  file: Uint8Array,
  limits: ImageLimits,
): Uint8Array<ArrayBuffer> | undefined {
  const chunks = readPngChunks(file);
  const rows = readRows(chunks, limits.maxRawBytes);
  const plan = readDeflate(concat(chunks.data), rows.data.length);
  if (!plan) return undefined;
  const first = chunks.data[0].byteOffset - file.byteOffset - 8;
  const last = chunks.data[chunks.data.length - 1];
  const cuts = new ByteWriter();
  for (const { length } of chunks.data) cuts.varint(length);
  const given = rowsOfPicture(chunks, rows.passes, pictureOf(chunks, rows));
  const filters = takeFilters(rows.data, rows.passes);
  const sections: Sections = {
    ...plan,
    before: file.subarray(0, first),
    after: file.subarray(last.byteOffset - file.byteOffset + last.length + 4),
    cuts: cuts.finish(),
    filters,
    fixes: fixesOf(rows.data, given),
  };
  const out = new ByteWriter();
  for (const name of ORDER) out.varint(sections[name].length).bytes(sections[name]);
  return out.finish();
}

/**
 * Puts a file together.
 * @throws {PlanMismatch} when the picture is not the one that the skeleton was taken from
 * @throws {ProtocolError} or {BadImage} when the skeleton is damaged
 */
export function fileOf(skeleton: Uint8Array, picture: Picture): Uint8Array<ArrayBuffer> {
  const sections = readSections(skeleton);
  const chunks = chunksOf(sections.before);
  const { header } = chunks;
  if (!fits(header, picture)) throw new PlanMismatch("The picture has another size or depth");
  const passes = passesOf(header);
  const data = rowsOfPicture(chunks, passes, picture);
  applyFixes(data, sections.fixes);
  putFilters(data, passes, sections.filters);
  filterRows(data, passes, Math.max(1, bitsPerPixel(header) / 8));
  const stream = writeDeflate(sections, data);
  const cuts = new Reader(sections.cuts);
  const parts: Uint8Array[] = [sections.before];
  for (let at = 0; cuts.left > 0;) {
    const end = at + cuts.varint();
    parts.push(pngChunk("IDAT", stream.subarray(at, end)));
    at = end;
  }
  return concat([...parts, sections.after]);
}

function readSections(skeleton: Uint8Array): Sections {
  const reader = new Reader(skeleton);
  const sections: Partial<Record<keyof Sections, Uint8Array>> = {};
  for (const name of ORDER) sections[name] = reader.bytes(reader.varint());
  reader.end("a skeleton");
  return sections as Sections;
}

/** What the part of a file in front of its data says. */
function chunksOf(before: Uint8Array): PngChunks {
  const none = new Uint8Array();
  return readPngChunks(concat([before, pngChunk("IDAT", none), pngChunk("IEND", none)]));
}

function fits({ width, height, depth }: PngHeader, picture: Picture): boolean {
  return width === picture.width && height === picture.height &&
    (depth === 16) === (picture.depth === 16);
}

/** Takes the numbers of the filters out, leaving 0. */
function takeFilters(data: Uint8Array, passes: readonly Pass[]): Uint8Array {
  const filters: number[] = [];
  for (const at of rowStarts(passes)) {
    filters.push(data[at]);
    data[at] = 0;
  }
  return Uint8Array.from(filters);
}

function putFilters(data: Uint8Array, passes: readonly Pass[], filters: Uint8Array): void {
  let next = 0;
  for (const at of rowStarts(passes)) data[at] = filters[next++] ?? 0;
}

function* rowStarts(passes: readonly Pass[]): Generator<number> {
  let at = 0;
  for (const { rows, rowBytes } of passes) {
    for (let row = 0; row < rows; row++, at += 1 + rowBytes) yield at;
  }
}

function fixesOf(wanted: Uint8Array, given: Uint8Array): Uint8Array {
  const fixes = new ByteWriter();
  for (let at = 0, from = 0; at < wanted.length; at++) {
    if (wanted[at] === given[at]) continue;
    fixes.varint(at - from).u8(wanted[at] ^ given[at]);
    from = at + 1;
  }
  return fixes.finish();
}

function applyFixes(data: Uint8Array, fixes: Uint8Array): void {
  const reader = new Reader(fixes);
  for (let at = 0; reader.left > 0; at++) {
    at += reader.varint();
    if (at >= data.length) throw new PlanMismatch("A fix lies outside");
    data[at] ^= reader.u8();
  }
}
