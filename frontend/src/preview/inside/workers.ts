/** Lets `new Worker("worker.js")` work in an opaque origin, where only a blob may start a worker. */

export function installWorkers(): void {
  const Native = window.Worker;
  window.Worker = new Proxy(Native, {
    construct(target, [script, options]: [string | URL, WorkerOptions | undefined]) {
      const url = new URL(script, document.baseURI).href;
      // A module in a blob may not import from elsewhere: that one fails as it would without this.
      if (options?.type === "module" || url.startsWith("blob:")) return new target(script, options);
      const blob = new Blob([`importScripts(${JSON.stringify(url)})`], { type: "text/javascript" });
      return new target(URL.createObjectURL(blob), options);
    },
  });
}
