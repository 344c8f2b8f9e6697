// Values that tell who reads them when they change.
//
// `signal(value)` holds one, `computed(fn)` derives one, `effect(fn)` runs again when a value that it
// read has changed. Effects that are made inside an effect end with it.

let reader = null;
let owner = null;
let depth = 0;
const waiting = new Set();

export function signal(value) {
    const readers = new Set();
    return {
        get value() {
            if (reader) {
                readers.add(reader);
                reader.sources.add(readers);
            }
            return value;
        },
        set value(next) {
            if (Object.is(value, next)) return;
            value = next;
            for (const one of readers) waiting.add(one);
            if (depth === 0) flush();
        },
        peek: () => value,
    };
}

export function computed(fn) {
    const result = signal(undefined);
    effect(() => {
        result.value = fn();
    });
    return { get value() { return result.value; }, peek: result.peek };
}

// Runs `fn` now and after each change of what it read; what it returns is called before the next run.
export function effect(fn) {
    const self = { sources: new Set(), children: [], cleanup: null, run: null, ended: false };
    const clear = () => {
        for (const readers of self.sources) readers.delete(self);
        self.sources.clear();
        for (const end of self.children.splice(0)) end();
        if (self.cleanup) self.cleanup();
        self.cleanup = null;
    };
    self.run = () => {
        if (self.ended) return;
        clear();
        const [readerBefore, ownerBefore] = [reader, owner];
        reader = owner = self;
        try {
            const cleanup = fn();
            if (typeof cleanup === "function") self.cleanup = cleanup;
        } finally {
            [reader, owner] = [readerBefore, ownerBefore];
        }
    };
    const end = () => {
        self.ended = true;
        clear();
    };
    if (owner) owner.children.push(end);
    self.run();
    return end;
}

// Runs what outlives the run of the effect that it is called from, and is not read by it: gives what
// it makes, and the way to end it.
export function rooted(fn) {
    const [readerBefore, ownerBefore] = [reader, owner];
    const root = { children: [] };
    [reader, owner] = [null, root];
    try {
        return [fn(), () => { for (const end of root.children.splice(0)) end(); }];
    } finally {
        [reader, owner] = [readerBefore, ownerBefore];
    }
}

// Calls `fn` when the effect that is running ends or begins anew.
export function whenEnded(fn) { owner?.children.push(fn); }

function flush() {
    depth += 1;
    try {
        while (waiting.size > 0) {
            const [next] = waiting;
            waiting.delete(next);
            next.run();
        }
    } finally {
        depth -= 1;
    }
}
