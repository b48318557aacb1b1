import { testSwapped } from "./swap.mjs";

testSwapped("4.8.3");
