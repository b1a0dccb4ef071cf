/* What stays on this device: the key, who was here, and every receipt with what became of it. */
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("regulars-till", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("settings");
      const receipts = asked.result.createObjectStore("receipts", { keyPath: "id" });
      receipts.createIndex("state", "state");
      receipts.createIndex("at", "at");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function within(store, mode, work) {
  const transaction = (await database()).transaction(store, mode);
  const asked = work(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const setting = (name) => within("settings", "readonly", (store) => store.get(name));
export const setSetting = (name, value) => within("settings", "readwrite", (store) => store.put(value, name));
export const keepReceipt = (receipt) => within("receipts", "readwrite", (store) => store.put(receipt));
export const receiptsIn = (state) => within("receipts", "readonly", (store) => store.index("state").getAll(state));
export const receiptsSince = (at) => within("receipts", "readonly", (store) => store.index("at").getAll(IDBKeyRange.lowerBound(at)));

/** Let go of what was done before `at`; what still waits stays. */
export async function forgetBefore(at) {
  const old = await within("receipts", "readonly", (store) => store.index("at").getAll(IDBKeyRange.upperBound(at, true)));
  const done = old.filter((receipt) => receipt.state === "done");
  await within("receipts", "readwrite", (store) => { for (const receipt of done) store.delete(receipt.id); });
}
