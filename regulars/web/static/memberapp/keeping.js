/* What stays on the device: what it shows codes by. The key cannot be read out, only used. */
const NAME = "regulars-app";

function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onsuccess = () => {
      // Signing out deletes the database: it must not wait for us.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, work) {
  const base = await database();
  try {
    const transaction = base.transaction("kept", mode);
    const asked = work(transaction.objectStore("kept"));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

export const kept = (name) => within("readonly", (store) => store.get(name));
export const keep = (name, value) => within("readwrite", (store) => store.put(value, name));
