import { report } from "./app.mjs";

export default {
  async fetch() {
    return Response.json(await report());
  },
};
