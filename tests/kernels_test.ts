import assert from "node:assert/strict";
import { staleKernels } from "../capture/kernels/build.ts";

Deno.test("the committed kernels are what their source builds (deno task build:kernels)", async () => {
  assert.deepEqual(await staleKernels(), []);
});
