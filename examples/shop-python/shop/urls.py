"""The addresses of the shop."""

from django.conf import settings
from django.urls import path
from django.views.static import serve

from . import views

urlpatterns = [
    path("", views.product),
    path("orders", views.orders, name="orders"),
    path("orders/<slug:order_id>", views.order, name="order"),
    path("orders/<slug:order_id>/pay", views.pay, name="pay"),
    path("orders/<slug:order_id>/refund", views.refund, name="refund"),
    path("webhooks", views.webhooks),
    # All example shops have one stylesheet. In a shop of your own, it is a static file.
    path("shop.css", serve, {"path": "shop.css", "document_root": settings.BASE_DIR.parent}),
]
