/* A JVM agent that prints what lomi.'s native library looks up by JNI: classes, methods and fields. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jvmti.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jvmtiEnv *tools;
static jniNativeInterface original;
static FILE *output;

static int by_lomi(void *address) {
    Dl_info caller;
    return dladdr(address, &caller) && caller.dli_fname && strstr(caller.dli_fname, "lomi_uniffi");
}

static void member(const char *kind, jclass of, const char *name, const char *signature) {
    char *class = NULL;
    (*tools)->GetClassSignature(tools, of, &class, NULL);
    fprintf(output, "%s %s %s %s\n", kind, class ? class : "?", name, signature);
    fflush(output);
}

static jclass find_class(JNIEnv *env, const char *name) {
    if (by_lomi(__builtin_return_address(0))) fprintf(output, "class %s\n", name), fflush(output);
    return original.FindClass(env, name);
}

static jmethodID method(JNIEnv *env, jclass of, const char *name, const char *signature) {
    if (by_lomi(__builtin_return_address(0))) member("method", of, name, signature);
    return original.GetMethodID(env, of, name, signature);
}

static jmethodID static_method(JNIEnv *env, jclass of, const char *name, const char *signature) {
    if (by_lomi(__builtin_return_address(0))) member("method", of, name, signature);
    return original.GetStaticMethodID(env, of, name, signature);
}

static jfieldID field(JNIEnv *env, jclass of, const char *name, const char *signature) {
    if (by_lomi(__builtin_return_address(0))) member("field", of, name, signature);
    return original.GetFieldID(env, of, name, signature);
}

static jint natives(JNIEnv *env, jclass of, const JNINativeMethod *methods, jint count) {
    if (by_lomi(__builtin_return_address(0)))
        for (jint i = 0; i < count; i++) member("native", of, methods[i].name, methods[i].signature);
    return original.RegisterNatives(env, of, methods, count);
}

static void JNICALL started(jvmtiEnv *agent, JNIEnv *env, jthread thread) {
    (void)env, (void)thread;
    jniNativeInterface *table = NULL;
    (*agent)->GetJNIFunctionTable(agent, &table);
    original = *table;
    table->FindClass = find_class;
    table->GetMethodID = method;
    table->GetStaticMethodID = static_method;
    table->GetFieldID = field;
    table->RegisterNatives = natives;
    (*agent)->SetJNIFunctionTable(agent, table);
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *file, void *reserved) {
    (void)reserved;
    output = fopen(file, "a");
    if (!output || (*vm)->GetEnv(vm, (void **)&tools, JVMTI_VERSION_11) != JNI_OK) return JNI_ERR;
    jvmtiEventCallbacks callbacks = {.VMInit = started};
    (*tools)->SetEventCallbacks(tools, &callbacks, sizeof callbacks);
    return (*tools)->SetEventNotificationMode(tools, JVMTI_ENABLE, JVMTI_EVENT_VM_INIT, NULL);
}
