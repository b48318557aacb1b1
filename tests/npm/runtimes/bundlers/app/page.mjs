import { report } from "./app.mjs";

report()
  .catch((error) => ({ error: String(error.stack ?? error) }))
  .then((answer) => {
    const url = new URLSearchParams(location.search).get("report");
    return fetch(url, { method: "POST", mode: "no-cors", body: JSON.stringify(answer) });
  });
