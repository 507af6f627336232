// Hocuspocus as its README starts it, on the port in PORT; says so when it listens.
import { Server } from "@hocuspocus/server";

const server = new Server({ address: "127.0.0.1", port: Number(process.env.PORT), quiet: true });
await server.listen();
console.log(server.webSocketURL);
