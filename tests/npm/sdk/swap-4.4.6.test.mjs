import { testSwapped } from "./swap.mjs";

testSwapped("4.4.6");
