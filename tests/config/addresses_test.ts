import assert from "node:assert/strict";
import { boundAddress, type Listening, openLink } from "../../config/addresses.ts";

const LOCAL: Listening = { scheme: "http", hostname: "127.0.0.1", port: 8000, allowHosts: [] };

Deno.test("boundAddress() is the address as bound", () => {
  assert.equal(boundAddress(LOCAL), "http://127.0.0.1:8000");
  assert.equal(boundAddress({ ...LOCAL, hostname: "::", scheme: "https" }), "https://[::]:8000");
});

Deno.test("openLink() goes to loopback where every address is listened on", () => {
  assert.equal(openLink({ ...LOCAL, hostname: "0.0.0.0" }, undefined), "http://127.0.0.1:8000/");
  assert.equal(openLink({ ...LOCAL, hostname: "::" }, undefined), "http://[::1]:8000/");
  assert.equal(
    openLink({ ...LOCAL, hostname: "192.168.1.2" }, undefined),
    "http://192.168.1.2:8000/",
  );
});

Deno.test("openLink() has the token where only the browser sees it", () => {
  assert.equal(openLink(LOCAL, "a+b#c"), "http://127.0.0.1:8000/#token=a%2Bb%23c");
});

Deno.test("openLink() has the name that the certificate is for, once there is one", () => {
  const named = { ...LOCAL, allowHosts: ["watch.example.org", "other.example"] };
  assert.equal(openLink(named, undefined), "http://127.0.0.1:8000/");
  const secure = { ...named, scheme: "https" as const };
  assert.equal(openLink(secure, undefined), "https://watch.example.org:8000/");
  assert.equal(openLink({ ...secure, port: 443 }, undefined), "https://watch.example.org/");
  const forwarded = { ...secure, allowHosts: ["watch.example.org:8443"] };
  assert.equal(openLink(forwarded, undefined), "https://watch.example.org:8443/");
});
