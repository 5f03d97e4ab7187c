package africa.lomi.servlet

import africa.lomi.LomiException
import africa.lomi.Webhooks
import africa.lomi.models.Event
import jakarta.servlet.Filter
import jakarta.servlet.FilterChain
import jakarta.servlet.ServletRequest
import jakarta.servlet.ServletResponse
import jakarta.servlet.http.HttpServletRequest
import jakarta.servlet.http.HttpServletResponse
import java.time.Duration

/**
 * A servlet filter for the URL of a webhook: it checks each delivery and passes its event on as the request's
 * attribute [EVENT]. A delivery that is not genuine gets its response here. For Spring Boot:
 *
 * ```java
 * @Bean FilterRegistrationBean<WebhookFilter> webhooks() {
 *     var bean = new FilterRegistrationBean<>(new WebhookFilter());
 *     bean.addUrlPatterns("/webhooks/lomi");
 *     return bean;
 * }
 *
 * @PostMapping("/webhooks/lomi")
 * void paid(@RequestAttribute(WebhookFilter.EVENT) Event event) { .. }
 * ```
 *
 * @param secrets default: `LOMI_WEBHOOK_SECRET`
 * @param maxAge the maximum age of a delivery; default: no limit
 */
class WebhookFilter @JvmOverloads constructor(
    private val secrets: List<String>? = null,
    private val maxAge: Duration? = null,
) : Filter {
    override fun doFilter(request: ServletRequest, response: ServletResponse, chain: FilterChain) {
        val event = try {
            receive(request as HttpServletRequest)
        } catch (error: LomiException) {
            val refusal = Webhooks.refusal(error) ?: throw error
            request.servletContext?.log(error.toString())
            (response as HttpServletResponse).status = refusal.status
            response.contentType = "application/json"
            response.outputStream.write(refusal.body.toByteArray())
            return
        }
        request.setAttribute(EVENT, event)
        chain.doFilter(request, response)
    }

    private fun receive(request: HttpServletRequest): Event {
        if (request.contentLengthLong > Webhooks.maxBody) throw Webhooks.bodyTooLarge()
        // Without a Content-Length, the bytes count.
        val body = request.inputStream.readNBytes(Webhooks.maxBody + 1)
        if (body.size > Webhooks.maxBody) throw Webhooks.bodyTooLarge()
        if (body.isEmpty() && request.contentLengthLong > 0) throw Webhooks.bodyAlreadyRead()
        val signature = request.getHeader(Webhooks.SIGNATURE_HEADER)
        return when (secrets) {
            null -> Webhooks.constructEvent(body, signature, maxAge = maxAge)
            else -> Webhooks.constructEvent(body, signature, secrets, maxAge)
        }
    }

    companion object {
        /** The name of the request's attribute with the [Event]. */
        const val EVENT: String = "africa.lomi.event"
    }
}
