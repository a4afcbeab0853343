/** The kernels' exports: all hot loops over pixels, over addresses that the caller lays out. */
export { diffTiles, hashRect } from "./diff";
export { copyRect, crop, fillRect, isSolid, rectsEqual, toRgba } from "./pixels";
export {
  encodeIndexed, mostFrequent, paletteColours, paletteReset, paletteSize, surveyColours,
} from "./palette";
export { encodePlanar } from "./planar";
export { contextDecode, contextEncode, contextReset } from "./context";
export { motionBegin, motionIndex, motionIndexBytes, motionMatch } from "./motion";
export {
  motionAreaBegin, motionAreaBytes, motionBestRect, motionCompare, motionTake,
} from "./motion_area";
export { motionEqualColumns, motionEqualRows } from "./motion_edges";
export { motionDropArea, motionDropVector, motionVote } from "./motion_votes";
export { moveRect, paste } from "./move";
export { lossyDecode, lossyEncode, lossyReset } from "./lossy";
export { lossyHurry } from "./lossy_choose";
export { riceDecode, riceEncode } from "./rice";
export { shrink, shrinkBytes } from "./shrink";
export { hashTiles } from "./tile_hash";
