// What ltijs keeps, in memory: its own database is MongoDB, which nothing here needs.
export class Memory {
  #collections = new Map();

  async setup() {}

  async Close() {}

  // Encrypted entries are kept as they are, beside the index they are found by.
  async Get(_encrypted, collection, query = {}) {
    const found = this.#rows(collection).filter((row) => matches(row, query));
    return found.length > 0 && structuredClone(found.map((row) => row.item));
  }

  async Insert(_encrypted, collection, item, index = {}) {
    const kept = { ...item, createdAt: Date.now() };
    this.#rows(collection).push({ index: { ...item, ...index }, item: structuredClone(kept) });
    return true;
  }

  async Replace(encrypted, collection, query, item, index) {
    await this.Delete(collection, query);
    return this.Insert(encrypted, collection, item, index);
  }

  async Modify(_encrypted, collection, query, change) {
    for (const row of this.#rows(collection).filter((one) => matches(one, query))) {
      Object.assign(row.item, change);
      Object.assign(row.index, change);
    }
    return true;
  }

  async Delete(collection, query) {
    const kept = this.#rows(collection).filter((row) => !matches(row, query));
    this.#collections.set(collection, kept);
    return true;
  }

  #rows(collection) {
    if (!this.#collections.has(collection)) this.#collections.set(collection, []);
    return this.#collections.get(collection);
  }
}

function matches(row, query) {
  return Object.entries(query).every(([name, value]) => row.index[name] === value);
}
