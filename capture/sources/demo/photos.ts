/**
 * The pictures that the demo's photo viewer shows, one after the other.
 */
import type { Size } from "../../geometry.ts";
import type { Picture } from "./canvas.ts";
import { fractal1, fractal2, random, smoothstep } from "./random.ts";
import { glow, ramp, render, type Rgb, tint } from "./scenery.ts";

export interface Photo {
  readonly title: string;
  readonly picture: Picture;
}

/** Renders all photos at `size`; the same bytes for the same `size` and `seed`. */
export function renderPhotos(size: Size, seed: number): Photo[] {
  const scenes: [string, SceneMaker][] = [
    ["lake-at-six.jpg", lake],
    ["dunes.jpg", dunes],
    ["aurora.jpg", aurora],
  ];
  return scenes.map(([title, make], index) => {
    const shade = make(seed + index * 1000);
    const aspect = size.width / size.height;
    const picture = render(size, (x, y, out) => {
      const u = x / size.height;
      const v = y / size.height;
      shade(u, v, out);
      // What a camera adds: darker corners, and grain.
      const [cx, cy] = [u / aspect - 0.5, v - 0.5];
      const corner = 1 - 0.45 * (cx * cx + cy * cy);
      const grain = (random(x, y, seed) - 0.5) * 5;
      for (let channel = 0; channel < 3; channel++) out[channel] = out[channel] * corner + grain;
    });
    return { title, picture };
  });
}

/** The colour at `u`, `v`: both in heights of the picture, so `v` goes from 0 to 1. */
type Scene = (u: number, v: number, out: Rgb) => void;
type SceneMaker = (seed: number) => Scene;

/** A mountain lake early in the morning: everything above the shore comes back in the water. */
function lake(seed: number): Scene {
  const sky = ramp([[0, 0x3f76b0], [0.25, 0x86b2d2], [0.45, 0xf1d9bd], [0.6, 0xffe9c8]]);
  const shore = 0.58;
  const land: Scene = (u, v, out) => {
    sky(v, out);
    const puff = smoothstep(0.52, 0.8, fractal2(u * 2.2, v * 6, 5, seed + 1));
    tint(out, 0xfff4ea, puff * 0.8 * smoothstep(0.5, 0.2, v));
    for (let range = 0; range < 3; range++) {
      const x = u * (1.1 + range * 0.6) + range * 7.3;
      const peak = 1 - Math.abs(2 * fractal1(x, 2, seed + range * 13) - 1);
      const crag = fractal1(x * 6, 4, seed + range * 13 + 1) - 0.5;
      const crest = 0.44 + range * 0.075 - (0.32 - range * 0.09) * (peak * peak + crag * 0.16);
      if (v < crest) continue;
      const face = fractal2(u * 16 + v * 7, v * 11, 4, seed + range) - 0.5;
      if (range === 0) {
        const snow = smoothstep(0.02, -0.06, v - 0.33 + face * 0.22);
        tint(out, 0x6d7f9e, 1);
        tint(out, 0xf4f4fa, snow);
        tint(out, 0xffc998, smoothstep(0, 0.35, face) * 0.8);
      } else tint(out, range === 1 ? 0x43637a : 0x1f3d3f, 1);
      const light = 1 + face * (range === 0 ? 0.5 : 0.8);
      for (let channel = 0; channel < 3; channel++) out[channel] *= light;
      tint(out, 0xdfe2e2, 0.55 * smoothstep(0.0, 0.2, v - crest) * (1 - range * 0.28));
    }
  };
  return (u, v, out) => {
    if (v < shore) return land(u, v, out);
    const depth = v - shore;
    const ripple = fractal2(u * 5, 8 / (depth + 0.12) * 2, 3, seed + 50) - 0.5;
    land(u + ripple * depth * 0.16, shore - depth * 1.15 + ripple * 0.05 - 0.004, out);
    tint(out, 0x1d4a66, 0.28 + 0.4 * depth);
    glow(out, 0xffe6c8, Math.max(0, ripple) * 0.22);
    tint(out, 0xe9e4dc, 0.5 * smoothstep(0.012, 0, depth));
  };
}

/** Sand dunes in low sun: sharp crests, a lit and a shaded side. */
function dunes(seed: number): Scene {
  const sky = ramp([[0, 0x2f5d94], [0.3, 0xe0a97c], [0.42, 0xffd9a0]]);
  return (u, v, out) => {
    sky(v, out);
    const sun = Math.hypot(u - 0.42, v - 0.27);
    glow(out, 0xffd080, 0.9 * Math.exp(-sun * sun * 30));
    glow(out, 0xfff6dc, smoothstep(0.048, 0.036, sun));
    for (let dune = 0; dune < 5; dune++) {
      const near = dune / 4;
      const x = u * (2.1 - near * 1.1) + dune * 5.1;
      const crest = 0.36 + near * 0.42 -
        (0.05 + near * 0.13) * (2 * fractal1(x, 2, seed + dune) - 1);
      if (v < crest) continue;
      const ahead = fractal1(x + 0.05, 2, seed + dune) - fractal1(x - 0.05, 2, seed + dune);
      const below = v - crest;
      // The shaded side hangs below the crest like a sickle and ends in a soft line.
      const edge = 0.02 + Math.max(0, ahead) * 1.1;
      const shade = smoothstep(-0.06, 0.03, ahead) * smoothstep(edge + 0.02, edge - 0.02, below);
      const sand = fractal2(u * 3, v * 60 * (1.2 - near * 0.5) + u * 14, 2, seed + 20) - 0.5;
      tint(out, 0xe9a765, 1);
      tint(out, 0x6a3550, shade * 0.82);
      const light = 0.86 + near * 0.1 + sand * 0.16 - below * 0.75;
      for (let channel = 0; channel < 3; channel++) out[channel] *= light;
      tint(out, 0xffd3a0, 0.6 * (1 - near));
      glow(out, 0xffe0b0, 0.3 * smoothstep(0.01, 0, below) * near * (1 - shade));
    }
  };
}

/** Northern lights over a snowy forest. */
function aurora(seed: number): Scene {
  const sky = ramp([[0, 0x050b20], [0.5, 0x0b2038], [0.85, 0x173a4a]]);
  return (u, v, out) => {
    sky(v, out);
    const star = random(Math.floor(u * 420), Math.floor(v * 420), seed);
    if (star > 0.996) glow(out, 0xffffff, (star - 0.996) * 160);
    for (let curtain = 0; curtain < 2; curtain++) {
      const wave = fractal1(u * 1.6 + curtain * 9, 3, seed + curtain) * 0.42 + 0.3 - curtain * 0.06;
      const rise = wave - v;
      const rays = 0.45 + 0.55 * fractal2(u * 22, curtain + v * 0.5, 3, seed + 8);
      const body = smoothstep(-0.03, 0.02, rise) * Math.exp(-Math.max(0, rise) * 5.5);
      glow(out, 0x38f2a2, body * rays * 0.75);
      glow(out, 0xa24be0, smoothstep(0.05, 0.3, rise) * Math.exp(-rise * 5) * rays * 0.7);
    }
    const hill = 0.74 - 0.09 * fractal1(u * 1.4, 3, seed + 30);
    if (v > hill) {
      const snow = fractal2(u * 5, v * 12, 4, seed + 31);
      tint(out, 0x4d8190, 1);
      for (let channel = 0; channel < 3; channel++) out[channel] *= 0.6 + snow * 0.65;
    }
    for (let tree = Math.floor(u * 16) - 1; tree <= Math.floor(u * 16) + 1; tree++) {
      const centre = (tree + 0.2 + 0.6 * random(tree, seed, 40)) / 16;
      const tall = 0.1 + 0.24 * random(tree, seed, 41) ** 2;
      const foot = 0.83 + 0.1 * random(tree, seed, 42);
      const down = (v - foot + tall) / tall;
      if (down < 0 || down > 1) continue;
      const step = (down * 7) % 1;
      const spread = tall * 0.21 * (down * 0.85 + step * 0.15);
      if (Math.abs(u - centre) < spread) tint(out, 0x06131d, 0.96);
    }
  };
}
