//! The bridge to Kotlin and Java, by JNI: the native methods of one class, `africa.lomi.internal.Native`.
//! A call crosses once, with bytes. What the JVM keeps of an object is a number: an object that is freed
//! while a call uses it lives until the call ends.

mod calls;
mod functions;
mod native;
mod objects;
mod work;

#[cfg(test)]
mod tests;
