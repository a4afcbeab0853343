/**
 * What a camera sees, made up: a slanting gradient, soft shapes that drift over it, and on each pixel of each frame
 * the noise of a sensor. It is made once, from a seed, and shown round and round: whoever wants to know what
 * a frame looked like makes the same film.
 */
import type { Size } from "../../capture/geometry.ts";
import { Random } from "../../tests/helpers/random.ts";

/** What a film is made from. */
export interface FilmOptions extends Size {
  /** Frames until it begins anew; each differs from the one before in nearly every pixel. */
  readonly frames: number;
  /** Any 32-bit integer. */
  readonly seed: number;
}

/** Standard deviation of the noise, of values of 0 to 255: a webcam's, indoors. */
const NOISE = 3;
/** That of four random bytes' sum. */
const FOUR_BYTES = Math.sqrt(4 * (256 ** 2 - 1) / 12);
const SHAPES = 5;

interface Shape {
  /** Where its middle is at first, in sides of the picture, and how far it drifts each frame. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  /** In widths of the picture. */
  readonly radius: number;
  /** What it adds in its middle to blue, green and red. */
  readonly light: readonly [number, number, number];
}

/** All frames, each BGRX, `width * height * 4` bytes. */
export function filmOf({ width, height, frames, seed }: FilmOptions): Uint8Array<ArrayBuffer>[] {
  const random = new Random(seed);
  const shapes = Array.from({ length: SHAPES }, () => anyShape(random));
  return Array.from({ length: frames }, (_, index) => {
    const frame = new Uint8Array(width * height * 4);
    const placed = shapes.map((shape) => ({
      middleX: wrap(shape.x + shape.dx * index) * width,
      middleY: wrap(shape.y + shape.dy * index) * height,
      radius: shape.radius * width,
      light: shape.light,
    }));
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 4) {
        const ground = 60 + 80 * x / width + 50 * y / height;
        const scene = [ground * 0.9, ground, ground * 1.1];
        for (const { middleX, middleY, radius, light } of placed) {
          const distance = ((x - middleX) ** 2 + (y - middleY) ** 2) / radius ** 2;
          if (distance >= 1) continue;
          const share = (1 - distance) ** 2;
          for (let i = 0; i < 3; i++) scene[i] += share * light[i];
        }
        for (let i = 0; i < 3; i++) {
          frame[at + i] = Math.min(255, Math.max(0, Math.round(scene[i] + noise(random))));
        }
      }
    }
    return frame;
  });
}

function anyShape(random: Random): Shape {
  const share = () => random.int(0, 1000) / 1000;
  const light = () => random.int(-80, 80);
  return {
    x: share(),
    y: share(),
    dx: (share() - 0.5) / 25,
    dy: (share() - 0.5) / 25,
    radius: 0.1 + share() / 4,
    light: [light(), light(), light()],
  };
}

/** About normally distributed. */
function noise(random: Random): number {
  const bits = random.bits();
  const sum = (bits & 255) + (bits >>> 8 & 255) + (bits >>> 16 & 255) + (bits >>> 24);
  return (sum - 510) * NOISE / FOUR_BYTES;
}

/** Shapes that leave on one side come back on the other. */
function wrap(value: number): number {
  return value - Math.floor(value);
}
