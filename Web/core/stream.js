// Streams that come back: a dropped connection says so, is opened again and then told to those who
// have to ask anew for what they missed.

import { signal } from "./signal.js";

const silenceMax = 5000;
const retryMax = 5000;

export class Live {
    // `streams` names the feeds, `onEvent(stream, data)` takes them, `onOpen` asks for the whole. Feeds
    // that always speak are stale when they are silent.
    constructor({ streams, onEvent, onOpen, speaks = true }) {
        this.streams = streams;
        this.onEvent = onEvent;
        this.onOpen = onOpen;
        // connecting, live, stale or lost
        this.state = signal("connecting");
        this.retry = 250;
        this.ended = false;
        this.heard = performance.now();
        if (speaks) this.watch = setInterval(() => this.#look(), 1000);
        this.#connect();
    }

    end() {
        this.ended = true;
        clearInterval(this.watch);
        clearTimeout(this.timer);
        this.socket?.close();
    }

    // Other streams over the same connection.
    change(streams) {
        const gone = this.streams.filter((name) => !streams.includes(name));
        const added = streams.filter((name) => !this.streams.includes(name));
        this.streams = streams;
        if (this.socket?.readyState !== WebSocket.OPEN) return;
        if (gone.length > 0) this.#tell("UNSUBSCRIBE", gone);
        if (added.length > 0) this.#tell("SUBSCRIBE", added);
    }

    #tell(method, params) {
        this.request = (this.request ?? 0) + 1;
        this.socket.send(JSON.stringify({ method, params, id: this.request }));
    }

    async #connect() {
        const names = typeof this.streams === "function" ? await this.streams() : this.streams;
        if (this.ended) return;
        if (names === null) {
            this.timer = setTimeout(() => this.#connect(), retryMax);
            return;
        }
        const scheme = location.protocol === "https:" ? "wss:" : "ws:";
        const socket =
            new WebSocket(`${scheme}//${location.host}/stream?streams=${names.join("/")}`);
        this.socket = socket;
        socket.onopen = () => {
            this.retry = 250;
            this.heard = performance.now();
            this.state.value = "live";
            this.onOpen?.();
        };
        socket.onmessage = ({ data }) => {
            this.heard = performance.now();
            if (this.state.peek() !== "live") this.state.value = "live";
            const message = JSON.parse(data);
            if (message.stream) this.onEvent(message.stream, message.data);
        };
        socket.onclose = () => {
            if (this.ended || this.socket !== socket) return;
            this.state.value = "lost";
            this.timer = setTimeout(() => this.#connect(), this.retry);
            this.retry = Math.min(retryMax, this.retry * 2);
        };
    }

    #look() {
        const silent = performance.now() - this.heard;
        if (this.state.peek() === "live" && silent > silenceMax) this.state.value = "stale";
    }
}
