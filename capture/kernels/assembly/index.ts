/** The kernels' exports: all hot loops over pixels, over addresses that the caller lays out. */
export { diffTiles, hashRect } from "./diff";
export { copyRect, crop, fillRect, isSolid, shrink, toRgba } from "./pixels";
export { encodeIndexed, paletteColours, paletteReset, paletteSize, surveyColours } from "./palette";
export { encodePlanar } from "./planar";
