// Nothing of it is called: a program that is linked with it has its malloc and free.
#include <jemalloc/jemalloc.h>
