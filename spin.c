int main(){for(;;){__asm__ volatile("pause");}}
