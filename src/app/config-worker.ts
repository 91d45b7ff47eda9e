/** The thread that reads one configuration file's text, and ends: what it took goes with it. */
import { parentPort } from "node:worker_threads";
import { readConfigText, type ToRead } from "./config/read-config-text.ts";

// config-reader.ts is the only one who starts this file, and it sends this shape, once.
parentPort?.once("message", (toRead: ToRead) => parentPort?.postMessage(readConfigText(toRead)));
