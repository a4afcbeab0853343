/**
 * The parts of the pipeline that belong to one picture size. With another size all of them start anew,
 * with a black reference.
 */
import { Bridges } from "./bridges.ts";
import { Differ } from "./diff.ts";
import { Encoder } from "./encode.ts";
import type { Size } from "./geometry.ts";
import { Heat } from "./heat.ts";
import type { Arena, Kernels } from "./kernels/kernels.ts";
import { MotionFinder } from "./motion/motion.ts";
import { TileMemory } from "./recall.ts";
import { TileClock } from "./tile_clock.ts";
import { Workspace } from "./workspace.ts";

export class Stages {
  readonly space: Workspace;
  readonly differ: Differ;
  readonly motion: MotionFinder;
  readonly memory: TileMemory;
  readonly heat: Heat;
  readonly encoder: Encoder;
  readonly clock: TileClock;
  readonly bridges: Bridges;

  /**
   * @param arena laid out anew: only one `Stages` is in use at a time
   * @param size of the frame
   * @param sourceSize of the source's picture
   * @param viewed a part of the source's picture, or all of it smaller, is the frame
   */
  constructor(kernels: Kernels, arena: Arena, size: Size, sourceSize: Size, viewed: boolean) {
    this.space = new Workspace(kernels, arena, size, sourceSize, viewed);
    this.differ = new Differ(kernels, this.space);
    this.motion = new MotionFinder(kernels, this.space, this.space.motion);
    this.memory = new TileMemory(kernels, this.space);
    this.heat = new Heat(this.space.tileCount, this.space.tilesAcross);
    this.encoder = new Encoder(kernels, this.space);
    this.clock = new TileClock(this.space);
    this.bridges = new Bridges(kernels, this.space, this.encoder, this.clock);
  }
}
