import { testSwapped } from "./swap.mjs";

testSwapped("4.3.3");
