#include <stdio.h>
#include <time.h>
int main(){ struct timespec t; long long prev=0; long n=0; double tot=0; clock_gettime(CLOCK_MONOTONIC,&t); long long start=t.tv_sec*1000000000LL+t.tv_nsec; prev=start;
 for(;;){ clock_gettime(CLOCK_MONOTONIC,&t); long long now=t.tv_sec*1000000000LL+t.tv_nsec; if(now-prev>200000){ n++; tot+=(now-prev)/1e6; if(n<15)printf("%.1f at %.1f\n",(now-prev)/1e6,(now-start)/1e6);} prev=now; if(now-start>5000000000LL)break;} printf("stalls>0.2ms %ld total %.1f ms of 5000\n",n,tot);}
