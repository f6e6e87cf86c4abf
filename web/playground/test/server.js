// A server for a test, on an empty database.

import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Starts the binary at the path OUTLAY_BIN. Returns its origin and a function that stops it. */
export async function start() {
  const binary = process.env.OUTLAY_BIN;
  if (!binary) throw new Error("OUTLAY_BIN must name the server's binary");
  const folder = mkdtempSync(join(tmpdir(), "outlay-playground-"));
  // As root, the server runs PostgreSQL as another user, which needs access to the folder.
  chmodSync(folder, 0o755);
  const listen = `127.0.0.1:${await freePort()}`;
  const server = spawn(binary, ["serve", "--listen", listen, "--data-dir", join(folder, "data")], { stdio: "ignore" });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 600; tries++) {
    const ready = await fetch(`http://${listen}/readyz`).catch(() => null);
    if (ready?.ok) return { origin: `http://${listen}`, stop };
    if (server.exitCode !== null) break;
    await sleep(100);
  }
  await stop();
  throw new Error("the server did not become ready");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
