import { report } from "./app.mjs";

report().then((answer) => console.log(JSON.stringify(answer)));
