import assert from "node:assert/strict";
import { defaultPrefs, loadPrefs, savePrefs } from "../../../public/ui/prefs.js";

function store(text: string | null) {
  const items = new Map<string, string>(text === null ? [] : [["patchcast", text]]);
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

Deno.test("loadPrefs() reads what savePrefs() wrote", () => {
  const shared = store(null);
  savePrefs(() => shared, { stats: true, outlines: true, shortcuts: false });
  assert.deepEqual(loadPrefs(() => shared), { stats: true, outlines: true, shortcuts: false });
});

Deno.test("loadPrefs() uses the defaults for what is missing or odd", () => {
  for (const text of [null, "", "{", "7", "null", '{"stats":"yes","more":1}']) {
    assert.deepEqual(loadPrefs(() => store(text)), defaultPrefs);
  }
});

Deno.test("loadPrefs() and savePrefs() do without storage", () => {
  const blocked = () => {
    throw new DOMException("denied", "SecurityError");
  };
  assert.deepEqual(loadPrefs(blocked), defaultPrefs);
  savePrefs(blocked, defaultPrefs);
});
