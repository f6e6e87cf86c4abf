// Tells Monaco how to start its workers.

interface Environment {
  MonacoEnvironment: { getWorker(id: string, label: string): Worker };
}

(globalThis as unknown as Environment).MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL("worker.js", import.meta.url), { name: label }),
};
