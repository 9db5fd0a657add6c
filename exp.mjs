import { startCalibrationServer } from "./dist/load/calibration/processes.js";
import { runOpenLoop } from "./dist/load/open-loop/open-loop.js";
const rate=Number(process.argv[2]??5000), threads=Number(process.argv[3]??1);
for (let i=0;i<(+process.argv[4]||3);i++){
const s=await startCalibrationServer({kind:"constant",latencyMs:0});
const b=process.cpuUsage();
const r=await runOpenLoop({url:s.url,host:"c",path:"/",ratePerSecond:rate,arrivals:"poisson",durationMs:6000,seed:i+1,timeoutMs:5000,connections:{max:2000},threads});
const u=process.cpuUsage(b);
const f=h=>[50,90,99,99.9].map(p=>h.percentileMs(p).toFixed(2)).join("/");
console.log(process.env.PACE??"now",rate,"lag",f(r.lag),"latency",f(r.latency),"cpu",((u.user+u.system)/6e6*100).toFixed(0)+"%",r.void??"ok");
await s.stop?.();
}
process.exit(0);
